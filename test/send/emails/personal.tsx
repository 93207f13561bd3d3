import {
  Footer,
  type IssueProps,
  Masthead,
  Opening,
  Passage,
  Prose,
  Shell,
  Slot,
  useMail,
  When,
} from '../../../emails/index.ts'

/** An article that speaks to its reader, and says something else to those who pay. */
export default function Personal({ newsletter, issue, articles: [lead] }: IssueProps) {
  return (
    <Shell newsletter={newsletter} title={issue.subject} preheader={issue.preheader}>
      <Masthead newsletter={newsletter} issue={issue} />
      <Passage top={3} lang={lead.lang} dir={lead.dir}>
        <Opening article={lead} instructions="elsewhere" />
        <Address />
        <Prose blocks={lead.blocks} />
      </Passage>
      <Footer newsletter={newsletter} />
    </Shell>
  )
}

function Address() {
  const { text } = useMail().looks
  return (
    <>
      <p {...text}>
        Dear <Slot name="first_name" fallback="reader" />,
      </p>
      <When attribute="plan" is="paid" otherwise={<p {...text}>Free</p>}>
        <p {...text}>
          Paid
          <When attribute="city">
            {' '}
            in <Slot name="city" fallback="" />
          </When>
        </p>
      </When>
    </>
  )
}
