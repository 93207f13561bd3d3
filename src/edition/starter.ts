import type { TemplateFacts } from './template-thread.ts'

/**
 * The source of a template to begin with. It renders at once and breaks no rule. `name` is the template's; `emails` is
 * where it imports the parts of a mail from: `pressroom/emails`, or in Pressroom's own folder a path.
 */
export function starterTemplate(kind: TemplateFacts['kind'], name: string, emails = 'pressroom/emails'): string {
  return kind === 'issue' ? issueStarter(componentName(name), emails) : singleStarter(componentName(name), emails)
}

/** `weekly/short-news` → `ShortNews`. */
function componentName(name: string): string {
  const words =
    name
      .split('/')
      .at(-1)
      ?.match(/[a-z0-9]+/gi) ?? []
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return /^[A-Z]/.test(joined) ? joined : `Mail${joined}`
}

const issueStarter = (component: string, emails: string) => `import {
  Footer,
  type IssueProps,
  issueProps,
  issueText,
  Masthead,
  MoreStories,
  Notes,
  Opening,
  Passage,
  Prose,
  planOf,
  Shell,
  type SlotSheet,
  sampleIssue,
} from '${emails}'

// Mail to all readers of a newsletter, made of articles.
export const kind = 'issue'
// What it is given, checked before every render.
export const props = issueProps
// What the preview shows when no article is chosen.
export const PreviewProps: IssueProps = sampleIssue

export default function ${component}(mail: IssueProps) {
  const { newsletter, issue, articles } = mail
  const [lead] = articles
  const { lead: shown, others, hidden } = planOf(mail, 'full')
  return (
    <Shell newsletter={newsletter} title={issue.subject} preheader={issue.preheader}>
      <Masthead newsletter={newsletter} issue={issue} />
      <Passage top={4} lang={lead.lang} dir={lead.dir}>
        <Opening article={lead} instructions="elsewhere" />
        <Prose blocks={shown.blocks} dateline={lead.dateline} />
        <Notes notes={shown.notes} />
      </Passage>
      <MoreStories articles={others} hidden={hidden} />
      <Footer newsletter={newsletter} />
    </Shell>
  )
}

// The plain-text part. Without this function it is made from the html.
export function text(mail: IssueProps, sheet: SlotSheet): string {
  return issueText(mail, sheet)
}
`

const singleStarter = (
  component: string,
  emails: string,
) => `import { Line, type NewsletterProps, Notice, type SingleProps, sampleNewsletter, singleProps } from '${emails}'

// Mail to one reader, about something this reader did.
export const kind = 'single'
// What it is given, checked before every render.
export const props = singleProps

export function subject({ newsletter }: { readonly newsletter: NewsletterProps }): string {
  return \`News from \${newsletter.name}\`
}

export function preheader({ newsletter }: { readonly newsletter: NewsletterProps }): string {
  return \`A few lines from \${newsletter.name}.\`
}

// What the preview shows.
export const PreviewProps: SingleProps = {
  newsletter: sampleNewsletter,
  subject: subject({ newsletter: sampleNewsletter }),
  preheader: preheader({ newsletter: sampleNewsletter }),
}

export default function ${component}(mail: SingleProps) {
  return (
    <Notice mail={mail} title={mail.subject}>
      <Line>This is a mail to one reader of {mail.newsletter.name}.</Line>
    </Notice>
  )
}
`
