import { Box } from '../components/box.tsx'
import { Byline } from '../components/byline.tsx'
import { Disclosure } from '../components/disclosure.tsx'
import { Footer } from '../components/footer.tsx'
import { Listen } from '../components/listen.tsx'
import { Masthead } from '../components/masthead.tsx'
import { MoreArticles, Related } from '../components/more.tsx'
import { Perspective } from '../components/perspective.tsx'
import { Picture } from '../components/picture.tsx'
import { Prose } from '../components/prose.tsx'
import { Shell } from '../components/shell.tsx'
import { type ArticleProps, type IssueProps, issueProps } from '../props.ts'
import { sampleIssue } from '../sample.ts'
import { type Strings, stringsFor } from '../strings.ts'
import { blend, looks, steps } from '../theme.ts'

export { issueText as text } from '../issue-text.ts'

export const kind = 'issue'
export const props = issueProps
export const PreviewProps: IssueProps = sampleIssue

/** One article in full; the issue's other articles, if any, as headlines after it. */
export default function Article({ newsletter, issue, articles: [lead, ...others] }: IssueProps) {
  const strings = stringsFor(newsletter.locale)
  return (
    <Shell lang={newsletter.locale} dir={newsletter.dir} title={issue.subject} preheader={issue.preheader}>
      <Masthead newsletter={newsletter} issue={issue} strings={strings} />
      <Box top={4} lang={lead.lang} dir={lead.dir}>
        <Opening article={lead} strings={strings} />
        {lead.hero && (
          <Box flush bottom={3}>
            <Picture {...lead.hero} />
          </Box>
        )}
        <Prose blocks={lead.blocks} dir={lead.dir} dateline={lead.dateline} />
        <Perspective article={lead} strings={strings} />
        <Related article={lead} strings={strings} />
      </Box>
      <MoreArticles articles={others} strings={strings} />
      <Footer newsletter={newsletter} strings={strings} />
    </Shell>
  )
}

function Opening({ article, strings }: { article: ArticleProps; strings: Strings }) {
  return (
    <>
      {article.kicker && <p {...blend(looks.kicker, { style: { margin: `0 0 ${steps(1)}` } })}>{article.kicker}</p>}
      <h1 {...looks.h1}>
        {article.url ? (
          <a href={article.url} {...looks.headlineLink}>
            {article.headline}
          </a>
        ) : (
          article.headline
        )}
      </h1>
      {article.dek && <p {...blend(looks.dek, { style: { margin: `${steps(2)} 0 0` } })}>{article.dek}</p>}
      <Box flush top={3} bottom={4}>
        <Byline article={article} strings={strings} />
        <Disclosure article={article} strings={strings} />
        <Listen article={article} strings={strings} />
      </Box>
    </>
  )
}
