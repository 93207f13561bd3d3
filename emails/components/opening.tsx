import { useMail } from '../mail.tsx'
import type { ArticleProps } from '../props.ts'
import { spaced } from '../theme.ts'
import { Box } from './box.tsx'
import { Byline } from './byline.tsx'
import { Disclosure } from './disclosure.tsx'
import { Listen } from './listen.tsx'

type OpeningProps = {
  readonly article: ArticleProps
  /** Where the journalist's instructions are to be read. */
  readonly instructions: 'below' | 'elsewhere'
}

/** The beginning of the article that a mail is about: headline, dek, who wrote it, and how to hear it. */
export function Opening({ article, instructions }: OpeningProps) {
  const { looks } = useMail()
  const { kicker, dek } = article
  return (
    <>
      {kicker && <p {...spaced(looks.kicker, 0, 1)}>{kicker}</p>}
      <Headline article={article} />
      {dek && <p {...spaced(looks.dek, 2)}>{dek}</p>}
      <Box flush top={3} bottom={4}>
        <Byline article={article}>
          <Disclosure article={article} instructions={instructions} />
        </Byline>
        <Listen article={article} />
      </Box>
    </>
  )
}

function Headline({ article: { url, headline } }: { article: ArticleProps }) {
  const { looks } = useMail()
  return (
    <h1 {...looks.h1}>
      {url ? (
        <a href={url} {...looks.headlineLink}>
          {headline}
        </a>
      ) : (
        headline
      )}
    </h1>
  )
}
