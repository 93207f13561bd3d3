import type { ArticleProps } from '../props.ts'
import { type Strings, wordsIn } from '../strings.ts'
import { blend, looks } from '../theme.ts'
import { disclosureOf } from '../wording.ts'

/** One line under the byline that says an AI wrote this. It stands at the top to survive clipping and forwarding. */
export function Disclosure({ article, strings }: { article: ArticleProps; strings: Strings }) {
  const line = disclosureOf(article, strings)
  return line === undefined ? null : (
    <p {...blend(looks.small, { style: { margin: '8px 0 0' } })} {...wordsIn(strings, article)}>
      {line}
    </p>
  )
}
