import { Img } from '@react-email/components'
import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { useSlots } from '../slots.tsx'
import { counted } from '../strings.ts'
import { blend, endOf, spaced } from '../theme.ts'
import { bylineOf, minutesOf, teaserOf } from '../wording.ts'
import { Box, Layout, Passage, Rule } from './box.tsx'
import { each } from './each.ts'
import { Phrase } from './phrase.tsx'
import { fitted } from './picture.tsx'

type StoriesProps = {
  readonly articles: readonly ArticleProps[]
  /** How many more the issue has than are shown. */
  readonly hidden: number
  readonly level: 2 | 3
}

/** Articles as rows between hairlines; the last line says how many there was no room for. */
export function Stories({ articles, hidden, level }: StoriesProps) {
  const { strings, looks, words } = useMail()
  const view = useSlots().url('view')
  return (
    <>
      {each(articles, (article, index) => (
        <>
          {index > 0 && <Rule />}
          <StoryRow article={article} level={level} />
        </>
      ))}
      {hidden > 0 && (
        <>
          <Rule />
          <p {...spaced(looks.byline, 2)} {...words}>
            <a href={view} {...looks.link}>
              {counted(strings.moreInIssue, hidden, strings)}
            </a>
          </p>
        </>
      )}
    </>
  )
}

/** The articles of an issue that follow its lead, under a heading of their own. */
export function MoreStories({ articles, hidden }: Omit<StoriesProps, 'level'>) {
  const { strings, looks, words } = useMail()
  if (articles.length === 0) return null
  return (
    <Box top={4}>
      <Rule tone="ink" />
      <Box flush top={2}>
        <h2 {...looks.h4} {...words}>
          {strings.alsoInThisIssue}
        </h2>
      </Box>
      <Stories articles={articles} hidden={hidden} level={3} />
    </Box>
  )
}

/** One article of several: its headline, what it is about and who wrote it, and a small picture at the end of the row. */
export function StoryRow({ article, level }: { article: ArticleProps; level: 2 | 3 }) {
  const { lang, dir, hero } = article
  return (
    <Passage flush top={2} bottom={2} lang={lang} dir={dir}>
      {hero === undefined ? (
        <StoryText article={article} level={level} />
      ) : (
        <Layout width="fixed">
          <td valign="top">
            <StoryText article={article} level={level} />
          </td>
          <Thumbnail hero={hero} />
        </Layout>
      )}
    </Passage>
  )
}

const THUMBNAIL = 120

// Beside the text on a phone too, where it is smaller: rows stay short, and nothing has to fold.
function Thumbnail({ hero }: { hero: NonNullable<ArticleProps['hero']> }) {
  const { looks, dir } = useMail()
  const size = fitted(THUMBNAIL, hero.width, hero.height)
  const side = endOf(dir) === 'right' ? '0 0 0 16px' : '0 16px 0 0'
  const fluid = { width: `${size.width}px`, maxWidth: '100%', height: 'auto' }
  return (
    <td width={THUMBNAIL} valign="top" className="thumb" style={{ width: `${THUMBNAIL}px`, padding: side }}>
      <Img src={hero.src} alt={hero.alt} {...size} {...blend(looks.small, { style: fluid })} />
    </td>
  )
}

function StoryText({ article, level }: { article: ArticleProps; level: 2 | 3 }) {
  const { strings, looks, words } = useMail()
  const { kicker, byline } = article
  const Tag = `h${level}` as const
  const teaser = teaserOf(article)
  return (
    <>
      {kicker && <p {...looks.kicker}>{kicker}</p>}
      <Tag {...looks.h3}>
        <StoryHeadline article={article} />
      </Tag>
      {teaser !== undefined && <p {...spaced(looks.brief, 1)}>{teaser}</p>}
      <p {...spaced(looks.small, 1)} {...words}>
        <Phrase pattern={bylineOf(article, strings)} values={{ name: <span dir="auto">{byline.name}</span> }} />
        {` · ${minutesOf(article, strings)}`}
      </p>
    </>
  )
}

function StoryHeadline({ article: { url, headline } }: { article: ArticleProps }) {
  const { looks } = useMail()
  if (url === undefined) return headline
  return (
    <a href={url} {...looks.headlineLink}>
      {headline}
    </a>
  )
}
