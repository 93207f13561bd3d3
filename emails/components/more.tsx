import type { ReactNode } from 'react'
import type { ArticleProps } from '../props.ts'
import { phrase, type Strings, wordsIn } from '../strings.ts'
import { blend, looks, steps } from '../theme.ts'
import { bylineOf } from '../wording.ts'
import { Box, Rule } from './box.tsx'
import { each } from './each.ts'

const SHOWN = 3

/** The issue's further articles: headline, dek and who wrote them. */
export function MoreArticles({ articles, strings }: { articles: readonly ArticleProps[]; strings: Strings }) {
  if (articles.length === 0) return null
  return (
    <Box top={4}>
      <h2 {...looks.h2}>{strings.alsoInThisIssue}</h2>
      {each(articles, (article) => (
        <Teaser article={article} strings={strings} />
      ))}
    </Box>
  )
}

/** Up to three headlines on the same subject. */
export function Related({ article, strings }: { article: ArticleProps; strings: Strings }) {
  if (article.related.length === 0) return null
  return (
    <Box flush top={3}>
      <h2 {...looks.h3} {...wordsIn(strings, article)}>
        {strings.related}
      </h2>
      {each(article.related.slice(0, SHOWN), ({ headline, url }) => (
        <p {...blend(looks.text, { style: { margin: `${steps(1)} 0 0` } })}>
          <a href={url} {...looks.link}>
            {headline}
          </a>
        </p>
      ))}
    </Box>
  )
}

function Teaser({ article, strings }: { article: ArticleProps; strings: Strings }) {
  const { byline, lang, dir } = article
  const author = phrase(bylineOf(article, strings), { name: byline.name })
  return (
    <Box flush top={2} lang={lang} dir={dir}>
      <Rule />
      <Box flush top={2}>
        <h3 {...looks.h3}>{headline(article)}</h3>
        {article.dek && <p {...blend(looks.text, { style: { ...SHORT, margin: `${steps(1)} 0 0` } })}>{article.dek}</p>}
        <p {...blend(looks.small, { style: { margin: `${steps(1)} 0 0` } })} {...wordsIn(strings, article)}>
          {author}
        </p>
      </Box>
    </Box>
  )
}

const SHORT = { fontSize: '16px', lineHeight: '24px' } as const

function headline({ url, headline: words }: ArticleProps): ReactNode {
  if (url === undefined) return words
  return (
    <a href={url} {...looks.headlineLink}>
      {words}
    </a>
  )
}
