import type { Article, Block, Inline, Picture } from '../../article/article.ts'
import { type Fragment, type Html, html } from './html.ts'

/** An article as a page shows it, whole. What is in it was cleaned when it came in, and is escaped here. */
export function articleHtml(article: Article, { id, notes }: { readonly id: string; readonly notes: string }): Html {
  const { headline, dek, hero, blocks, lang, dir } = article
  return html`<article id="${id}" lang="${lang}" dir="${dir}">
<h2>${headline}</h2>
${dek !== undefined && html`<p class="dek">${dek}</p>`}
<p class="intro">${article.byline.name}</p>
${hero && picture(hero)}
${blocks.map(block)}
${
  article.notes !== undefined &&
  article.notes.length > 0 &&
  html`<h3>${notes}</h3><ol>${article.notes.map((note) => html`<li>${note.map(block)}</li>`)}</ol>`
}
</article>`
}

function block(part: Block): Html {
  switch (part.type) {
    case 'paragraph':
      return html`<p>${part.content.map(inline)}</p>`
    case 'heading':
      return part.level === 2 ? html`<h3>${part.content.map(inline)}</h3>` : html`<h4>${part.content.map(inline)}</h4>`
    case 'quote':
      return html`<blockquote>${part.paragraphs.map((content) => html`<p>${content.map(inline)}</p>`)}${
        part.attribution !== undefined && html`<p class="intro">${part.attribution}</p>`
      }</blockquote>`
    case 'list': {
      const items = part.items.map((item) => html`<li>${item.map(block)}</li>`)
      return part.ordered ? html`<ol start="${part.start ?? 1}">${items}</ol>` : html`<ul>${items}</ul>`
    }
    case 'image':
      return picture(part)
    case 'rule':
      return html`<hr>`
    case 'table':
      return table(part)
    case 'code':
      return html`<pre dir="ltr" tabindex="0"><code>${part.text}</code></pre>`
  }
}

function table({ head, rows, align = [] }: Extract<Block, { type: 'table' }>): Html {
  const cells = (row: readonly (readonly Inline[])[], cell: (content: Fragment, side: Fragment) => Html) =>
    row.map((content, column) => cell(content.map(inline), align[column] && html` class="${align[column]}"`))
  return html`<table><thead><tr>${cells(head, (content, side) => html`<th scope="col"${side}>${content}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row, (content, side) => html`<td${side}>${content}</td>`)}</tr>`)}</tbody></table>`
}

function picture({ src, alt, caption, width, height }: Picture): Html {
  const size = width !== undefined && height !== undefined && html` width="${width}" height="${height}"`
  return html`<figure><img src="${src}" alt="${alt}"${size} loading="lazy">${
    caption !== undefined && html`<figcaption>${caption}</figcaption>`
  }</figure>`
}

function inline(part: Inline): Html {
  switch (part.type) {
    case 'text':
      return html`${part.text}`
    case 'strong':
      return html`<strong>${part.children.map(inline)}</strong>`
    case 'em':
      return html`<em>${part.children.map(inline)}</em>`
    case 'strike':
      return html`<s>${part.children.map(inline)}</s>`
    case 'code':
      return html`<code dir="ltr">${part.text}</code>`
    case 'link':
      return html`<a href="${part.href}">${part.children.map(inline)}</a>`
    case 'break':
      return html`<br>`
    case 'note':
      return html`<sup>${part.number}</sup>`
  }
}
