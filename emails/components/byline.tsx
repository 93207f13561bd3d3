import { Img } from '@react-email/components'
import type { ArticleProps } from '../props.ts'
import { type Strings, wordsIn } from '../strings.ts'
import { blend, endOf, looks } from '../theme.ts'
import { bylineOf, datesOf } from '../wording.ts'
import { Layout } from './box.tsx'
import { Phrase } from './phrase.tsx'

type BylineProps = { readonly article: ArticleProps; readonly strings: Strings }

/** Who wrote the article (in words, when it was an AI), when, and who that is. */
export function Byline({ article, strings }: BylineProps) {
  const { byline, dir } = article
  const lines = <BylineText article={article} strings={strings} />
  if (byline.avatar === undefined) return lines
  return (
    <Layout>
      <td width={56} valign="top" style={{ width: '56px' }}>
        {/* The name follows in words, so the portrait has nothing to add. */}
        <Img src={byline.avatar} alt="" width={40} height={40} style={{ [`margin${sideAfter(dir)}`]: '16px' }} />
      </td>
      <td valign="top">{lines}</td>
    </Layout>
  )
}

function BylineText({ article, strings }: BylineProps) {
  const { name, url, bio } = article.byline
  const author = (
    <strong>
      {url ? (
        <a href={url} {...blend(looks.headlineLink, UNDERLINED)}>
          {name}
        </a>
      ) : (
        name
      )}
    </strong>
  )
  return (
    <>
      <p {...looks.byline} {...wordsIn(strings, article)}>
        <Phrase pattern={bylineOf(article, strings)} values={{ name: author }} />
      </p>
      <p {...looks.small} {...wordsIn(strings, article)}>
        {datesOf(article, strings)}
      </p>
      {bio && <p {...blend(looks.small, ABOVE)}>{bio}</p>}
    </>
  )
}

const UNDERLINED = { style: { textDecoration: 'underline' } } as const
const ABOVE = { style: { margin: '8px 0 0' } } as const

function sideAfter(dir: ArticleProps['dir']): 'Left' | 'Right' {
  return endOf(dir) === 'left' ? 'Left' : 'Right'
}
