import { excerpt } from '../excerpt.ts'
import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { useSlots } from '../slots.tsx'
import { blend, lined, spaced } from '../theme.ts'
import { Box } from './box.tsx'
import { Lines } from './lines.tsx'
import { Phrase } from './phrase.tsx'

const SHOWN = 280

/** The instructions the journalist works under, in a box after the article: the beginning, and where to read on. */
export function Perspective({ article: { perspective, byline } }: { article: ArticleProps }) {
  const { strings, looks, words } = useMail()
  const view = useSlots().url('view')
  if (perspective === undefined) return null
  const { text, isWhole } = excerpt(perspective.text, SHOWN)
  const frame = blend(lined('', looks.ruleLine), { className: 'gutter whole', style: { padding: '24px' } })
  return (
    <Box flush top={3} bottom={1}>
      <Box flush look={frame}>
        <h2 {...looks.h3} {...words}>
          {strings.perspective}
        </h2>
        {byline.isAI && (
          <p {...blend(looks.small, { style: { margin: '4px 0 0' } })} {...words}>
            <Phrase pattern={strings.perspectiveIntro} values={{ name: <span dir="auto">{byline.name}</span> }} />
          </p>
        )}
        <blockquote dir="auto" {...spaced(looks.brief, 2)}>
          <Lines text={text} />
        </blockquote>
        {!isWhole && (
          <p {...spaced(looks.byline, 2)} {...words}>
            <a href={`${view}#perspective`} {...looks.link}>
              {strings.perspectiveMore}
            </a>
          </p>
        )}
      </Box>
    </Box>
  )
}
