import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { useSlots } from '../slots.tsx'
import { spaced } from '../theme.ts'

type DisclosureProps = {
  readonly article: ArticleProps
  /** Where the instructions are to be read: in a box below the article, or on the web only. */
  readonly instructions: 'below' | 'elsewhere'
}

/** One line under the byline that says an AI wrote this. It stands at the top to survive clipping and forwarding. */
export function Disclosure({ article, instructions }: DisclosureProps) {
  const { strings, looks, words } = useMail()
  const view = useSlots().url('view')
  const { byline, perspective } = article
  if (!byline.isAI) return null
  const isBelow = perspective !== undefined && instructions === 'below'
  return (
    <p {...spaced(looks.small, 1)} {...words}>
      {isBelow ? strings.disclosureBelow : strings.disclosure}
      {perspective !== undefined && !isBelow && (
        <>
          {' '}
          <a href={`${view}#perspective`} {...looks.quietLink}>
            {strings.perspectiveMore}
          </a>
        </>
      )}
    </p>
  )
}
