import { excerpt } from '../excerpt.ts'
import type { ArticleProps } from '../props.ts'
import { useSlots } from '../slots.tsx'
import { phrase, type Strings, wordsIn } from '../strings.ts'
import { blend, type Look, looks, ruled, SERIF } from '../theme.ts'
import { Box } from './box.tsx'
import { Lines } from './lines.tsx'

const SHOWN = 280

const frame: Look = blend(ruled('', 'rule'), { className: 'gutter', style: { padding: '24px' } })
const words: Look = blend(looks.text, { style: { fontFamily: SERIF, fontSize: '16px', lineHeight: '24px', margin: 0 } })

/** The instructions the journalist works under, in a box after the article: the beginning, and where to read on. */
export function Perspective({ article, strings }: { article: ArticleProps; strings: Strings }) {
  const view = useSlots().url('view')
  if (article.perspective === undefined) return null
  const { text, isWhole } = excerpt(article.perspective.text, SHOWN)
  return (
    <Box flush top={3} bottom={1}>
      <Box flush look={frame}>
        <h2 {...looks.h3} {...wordsIn(strings, article)}>
          {strings.perspective}
        </h2>
        {article.byline.isAI && (
          <p {...blend(looks.small, { style: { margin: '4px 0 0' } })} {...wordsIn(strings, article)}>
            {phrase(strings.perspectiveIntro, { name: article.byline.name })}
          </p>
        )}
        <blockquote dir="auto" {...blend(words, { style: { margin: '16px 0 0' } })}>
          <Lines text={text} />
        </blockquote>
        {!isWhole && (
          <p {...blend(looks.byline, { style: { margin: '16px 0 0' } })}>
            <a href={`${view}#perspective`} {...looks.link}>
              {strings.perspectiveMore}
            </a>
          </p>
        )}
      </Box>
    </Box>
  )
}
