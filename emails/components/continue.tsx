import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import type { Shown } from '../shown.ts'
import { useSlots } from '../slots.tsx'
import { spaced } from '../theme.ts'
import { Box } from './box.tsx'
import { Button } from './button.tsx'

/** Where an article that is not whole in the mail goes on; nothing for one that is. */
export function Continue({ article, shown }: { article: ArticleProps; shown: Shown }) {
  const { strings, looks, words } = useMail()
  const view = useSlots().url('view')
  if (shown.kind === 'whole') return null
  const label = strings.continueReading
  return (
    <Box flush top={1} bottom={2}>
      {shown.kind === 'cut' && (
        <p {...spaced(looks.small, 0, 2)} {...words}>
          {strings.continueCut}
        </p>
      )}
      <Button href={article.url ?? `${view}#article`} label={label} spoken={`${label}: ${article.headline}`} />
    </Box>
  )
}
