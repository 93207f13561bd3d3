import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { spaced } from '../theme.ts'
import { Box } from './box.tsx'
import { each } from './each.ts'

const SHOWN = 3

/** Up to three headlines on the same subject. */
export function Related({ article: { related } }: { article: ArticleProps }) {
  const { strings, looks, words } = useMail()
  if (related.length === 0) return null
  return (
    <Box flush top={3}>
      <h2 {...looks.h3} {...words}>
        {strings.related}
      </h2>
      {each(related.slice(0, SHOWN), ({ headline, url }) => (
        <p {...spaced(looks.text, 1)}>
          <a href={url} {...looks.link}>
            {headline}
          </a>
        </p>
      ))}
    </Box>
  )
}
