import { Img } from '@react-email/components'
import type { ReactNode } from 'react'
import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { blend, endOf, spaced } from '../theme.ts'
import { bylineOf, datesOf } from '../wording.ts'
import { Layout } from './box.tsx'
import { Phrase } from './phrase.tsx'

type BylineProps = {
  readonly article: ArticleProps
  /** What else is to be said about its writing. */
  readonly children?: ReactNode
}

/** Who wrote the article (in words, when it was an AI), when, and who that is. */
export function Byline({ article, children }: BylineProps) {
  const { dir } = useMail()
  const { avatar } = article.byline
  const lines = <BylineText article={article}>{children}</BylineText>
  if (avatar === undefined) return lines
  const after = endOf(dir) === 'left' ? 'Left' : 'Right'
  return (
    <Layout width="fixed">
      <td width={56} valign="top" style={{ width: '56px' }}>
        {/* The name follows in words, so the portrait has nothing to add. */}
        <Img src={avatar} alt="" width={40} height={40} style={{ [`margin${after}`]: '16px' }} />
      </td>
      <td valign="top">{lines}</td>
    </Layout>
  )
}

function BylineText({ article, children }: BylineProps) {
  const { strings, looks, words } = useMail()
  const { bio } = article.byline
  return (
    <>
      <p {...looks.byline} {...words}>
        <Phrase pattern={bylineOf(article, strings)} values={{ name: <Author article={article} /> }} />
      </p>
      <p {...looks.small} {...words}>
        {datesOf(article, strings)}
      </p>
      {bio && <p {...spaced(looks.small, 1)}>{bio}</p>}
      {children}
    </>
  )
}

// A name may be written in another direction than the sentence around it.
function Author({ article }: Pick<BylineProps, 'article'>) {
  const { looks } = useMail()
  const { name, url } = article.byline
  return (
    <strong dir="auto">
      {url ? (
        <a href={url} {...blend(looks.headlineLink, { style: { textDecoration: 'underline' } })}>
          {name}
        </a>
      ) : (
        name
      )}
    </strong>
  )
}
