import { directionOf } from '../../article/field.ts'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import { assetPath } from './assets.ts'
import { type Fragment, type Html, html } from './html.ts'
import type { Words } from './strings.ts'

/** What every page is made of. */
export type Page = {
  readonly title: string
  readonly main: Fragment
  /** The language it is in. */
  readonly words: Words
  /** Whose page it is; without one it belongs to the house. */
  readonly newsletter?: Newsletter | undefined
  /** Pages that anybody may find; all others ask search engines to stay away. */
  readonly isPublic?: boolean
  /** The path before all paths of ours, without a slash at its end. */
  readonly basePath: string
}

/** A whole page in the house's looks: a nameplate, the text, and who is behind it. */
export function renderPage({ title, main, words, newsletter, isPublic, basePath }: Page): string {
  const { strings, lang } = words
  const name = newsletter?.name ?? strings.newsletters
  const home = newsletter ? `${basePath}/n/${newsletter.slug}` : `${basePath}/`
  const page = html`<!doctype html>
<html lang="${lang}" dir="${directionOf(lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${isPublic === true ? null : html`<meta name="robots" content="noindex">`}
<title>${title === name ? title : `${title} – ${name}`}</title>
<link rel="stylesheet" href="${basePath}${assetPath('page.css')}">
</head>
<body>
<div class="page">
<header><p class="nameplate"><a href="${home}">${newsletter === undefined ? name : html`<bdi>${name}</bdi>`}</a></p></header>
<main>
${main}
</main>
${newsletter === undefined ? null : imprint(newsletter, strings.home, basePath)}
</div>
</body>
</html>
`
  return page.markup
}

function imprint(newsletter: Newsletter, home: string, basePath: string): Html {
  return html`<footer>
<p><bdi>${newsletter.fromName}, ${newsletter.postalAddress}</bdi></p>
<p><a href="${basePath}/">${home}</a></p>
</footer>`
}
