import { Body, Button, Head, Html, Preview, Section, Text } from '@react-email/components'
import type { IssueProps } from '../../../../emails/props.ts'
import { Slot, useSlots, When } from '../../../../emails/slots.tsx'

// One of everything that is done to a template after React: slots in every place, nested choices, Outlook's marks.
export default function Letter({ newsletter, issue, articles: [lead] }: IssueProps) {
  const slots = useSlots()
  const share = `mailto:?subject=${encodeURIComponent(lead.headline)}&body=${encodeURIComponent(slots.url('view'))}`
  return (
    <Html lang={newsletter.locale} dir={newsletter.dir}>
      <Head>
        <title>{issue.subject}</title>
      </Head>
      <Body>
        <Preview useTitleTag={false}>{issue.preheader}</Preview>
        <i data-mso="open600" />
        <Section>
          <h1>{lead.headline}</h1>
          <Text title={`For ${slots.text('first_name', 'you')}`}>
            Dear <Slot name="first_name" fallback="reader" />, {lead.readMinutes} minutes.
          </Text>
          <code>{'<td cellPadding="1"> <!-- --> <link>'}</code>
          <When attribute="plan" is="paid" otherwise={<Text>Free</Text>}>
            <Text>
              Paid
              <When attribute="city">
                {' '}
                in <Slot name="city" fallback="" />
              </When>
            </Text>
          </When>
          <Button href={`${slots.url('view')}#listen`}>Listen</Button>
          <a href={`https://shop.example/?for=${slots.text('first_name', '')}`}>Shop</a>
          <a href={share}>Share</a>
          <a href={slots.url('unsubscribe')}>Unsubscribe</a>
        </Section>
        <i data-mso="close" />
        <img src="https://news.example/a.png" alt="" />
      </Body>
    </Html>
  )
}
