import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { useSlots } from '../slots.tsx'
import { listenLabelOf } from '../wording.ts'
import { Box } from './box.tsx'
import { Button } from './button.tsx'

/** Leads to the player of the web view, because mail clients play nothing. Articles that cannot be heard have none. */
export function Listen({ article }: { article: ArticleProps }) {
  const { strings } = useMail()
  const view = useSlots().url('view')
  const label = listenLabelOf(article, strings)
  if (label === undefined) return null
  return (
    <Box flush top={2} look={{ className: 'on-screen' }}>
      <Button tone="outlined" href={`${view}#listen`} label={label} spoken={`${label}: ${article.headline}`} />
    </Box>
  )
}
