import { Img } from '@react-email/components'
import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { blend, endOf, spaced } from '../theme.ts'
import { bylineOf, datesOf } from '../wording.ts'
import { Layout } from './box.tsx'
import { Phrase } from './phrase.tsx'

type BylineProps = { readonly article: ArticleProps }

/** Who wrote the article (in words, when it was an AI), when, and who that is. */
export function Byline({ article }: BylineProps) {
  const { dir } = useMail()
  const { avatar } = article.byline
  if (avatar === undefined) return <BylineText article={article} />
  const after = endOf(dir) === 'left' ? 'Left' : 'Right'
  return (
    <Layout>
      <td width={56} valign="top" style={{ width: '56px' }}>
        {/* The name follows in words, so the portrait has nothing to add. */}
        <Img src={avatar} alt="" width={40} height={40} style={{ [`margin${after}`]: '16px' }} />
      </td>
      <td valign="top">
        <BylineText article={article} />
      </td>
    </Layout>
  )
}

function BylineText({ article }: BylineProps) {
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
    </>
  )
}

// A name may be written in another direction than the sentence around it.
function Author({ article }: BylineProps) {
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
