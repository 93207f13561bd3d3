import type { WebView } from '../../archive/web-view.ts'
import type { Article, Block, Inline } from '../../article/article.ts'
import { directionOf } from '../../article/field.ts'
import { articleHtml } from './article-html.ts'
import { assetPath } from './assets.ts'
import { type Fragment, type Html, html } from './html.ts'
import { phraseHtml, type Strings, wordsIn } from './strings.ts'

/**
 * The page of an edition with what only a browser can show: players at its top; at its end the articles that its mail
 * has no room for and that are nowhere else, and full perspectives.
 */
export function addWebParts(view: WebView, basePath: string): string {
  const { strings, lang } = wordsIn(view.locale)
  const head = html`<meta name="robots" content="noindex"><link rel="stylesheet" href="${basePath}${assetPath('view.css')}">`
  const players = view.articles.filter(({ audio }) => audio !== undefined).map((article) => player(article, strings))
  const perspectives = unique(view.articles.flatMap((article) => perspective(article, strings)))
  const script = html`<script src="${basePath}${assetPath('view.js')}" defer></script>`
  const top = section('listen', strings.listenSection, lang, players)
  const rest = section('articles', strings.articlesSection, lang, articlesToShow(view, strings))
  const end = html`${rest}${section('perspective', strings.perspectiveSection, lang, perspectives)}${script}`
  // Replaced by functions, because a text may hold what a replacement string would take for an instruction.
  return view.html
    .replace(/<\/head>/i, (tag) => head.markup + tag)
    .replace(/<body\b[^>]*>/i, (tag) => tag + top.markup)
    .replace(/<\/body>(?![\s\S]*<\/body>)/i, (tag) => end.markup + tag)
}

function section(id: 'listen' | 'articles' | 'perspective', label: string, lang: string, parts: readonly Html[]): Html {
  if (parts.length === 0) return html``
  return html`<section class="web-extra" id="${id}" aria-label="${label}" lang="${lang}" dir="${directionOf(lang)}">${parts}</section>`
}

/**
 * What readers could read nowhere else: the lead, where the mail says that it goes on here; of the others those that are
 * on no page of their own, whole, and a link to those for which the mail had no room.
 */
function articlesToShow({ html: mail, articles }: WebView, strings: Strings): readonly Html[] {
  return articles.flatMap((article, index) => {
    const id = index === 0 ? 'article' : `article-${index + 1}`
    const { url, headline, lang, dir } = article
    if (url === undefined) {
      const isWhole = index === 0 && !/#article["']/.test(mail)
      return isWhole ? [] : [articleHtml(article, { id, notes: strings.articleNotes })]
    }
    const isLinked = index === 0 || mail.includes(html`${url}`.markup)
    return isLinked
      ? []
      : [html`<article lang="${lang}" dir="${dir}"><h2><a href="${url}">${headline}</a></h2></article>`]
  })
}

/** A journalist who wrote several articles of an issue is shown once. */
function unique(parts: readonly Html[]): readonly Html[] {
  return parts.filter((part, index) => parts.findIndex(({ markup }) => markup === part.markup) === index)
}

function player(article: Article, strings: Strings): Html {
  const title = html`<p>${phraseHtml(strings.listenTitle, { headline: article.headline })}</p>`
  if (article.audio?.url !== undefined) {
    return html`<div class="listen">${title}<audio controls preload="none" src="${article.audio.url}"></audio></div>`
  }
  return html`<div class="listen" data-read-aloud data-play="${strings.listenPlay}" data-pause="${strings.listenPause}" data-resume="${strings.listenResume}" data-progress="${strings.listenProgress}" data-unavailable="${strings.listenUnavailable}">
${title}
<button type="button" data-play hidden>${strings.listenPlay}</button><button type="button" class="quiet" data-stop hidden>${strings.listenStop}</button>
<p class="state" aria-live="polite"><noscript>${strings.listenUnavailable}</noscript></p>
<div hidden data-speech lang="${article.lang}" dir="${article.dir}">${spokenText(article).map((text) => html`<p>${text}</p>`)}</div>
</div>`
}

function perspective({ perspective, byline, lang, dir }: Article, strings: Strings): readonly Html[] {
  if (perspective === undefined) return []
  const names = { name: byline.name }
  const intro = byline.isAI ? phraseHtml(strings.perspectiveIntro, names) : strings.perspectiveIntroPlain
  const paragraphs = perspective.text.split(/\n{2,}/)
  const source: Fragment =
    perspective.url !== undefined &&
    html`<p class="intro"><a href="${perspective.url}">${strings.perspectiveSource}</a></p>`
  return [
    html`<details>
<summary>${phraseHtml(strings.perspectiveTitle, names)}</summary>
<div class="perspective-text"><p class="intro">${intro}</p><div lang="${lang}" dir="${dir}">${paragraphs.map((text) => html`<p>${text}</p>`)}</div>${source}</div>
</details>`,
  ]
}

/** An article as one would read it out, a paragraph an entry; pictures, tables and code are left out. */
export function spokenText(article: Article): readonly string[] {
  const texts = [article.headline, article.dek, ...article.blocks.flatMap(spokenBlock)]
  return texts.filter((text): text is string => text !== undefined && text.trim() !== '')
}

function spokenBlock(block: Block): readonly string[] {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return [spokenInlines(block.content)]
    case 'quote':
      return [...block.paragraphs.map(spokenInlines), ...(block.attribution === undefined ? [] : [block.attribution])]
    case 'list':
      return block.items.flatMap((item) => item.flatMap(spokenBlock))
    case 'image':
    case 'rule':
    case 'table':
    case 'code':
      return []
  }
}

function spokenInlines(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.type === 'break') return ' '
      if (inline.type === 'note') return ''
      return 'text' in inline ? inline.text : spokenInlines(inline.children)
    })
    .join('')
}
