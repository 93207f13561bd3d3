import { expect, test } from 'vitest'
import type { SingleProps } from '../../emails/props.ts'
import type { TemplateModule } from '../../emails/registry.ts'
import { sampleNewsletter } from '../../emails/sample.ts'
import * as confirmSubscription from '../../emails/templates/confirm-subscription.tsx'
import { confirmTemplate, rendered, shownText, slotUrl, tags } from './rendering.tsx'

const module: TemplateModule<SingleProps> = confirmSubscription
const mail = module.PreviewProps ?? { newsletter: sampleNewsletter, subject: '', preheader: '' }

test('the confirmation names the newsletter in its subject and preheader', () => {
  expect(mail.subject).toBe('Confirm your subscription to The Harbour Record')
  expect(mail.preheader).toBe('One step left: confirm that you want to receive The Harbour Record.')
})

test('the confirmation has one link besides the homepage, and it confirms', async () => {
  const { html, declared } = await rendered(confirmTemplate, mail)
  const links = tags(html, 'a').map((tag) => tag.match(/href="([^"]*)"/)?.[1])
  expect(links).toEqual([sampleNewsletter.homepage, slotUrl(declared, 'confirm')])
})

test('both parts greet, ask, say how long and what to do if it was somebody else', async () => {
  const { html, text, declared } = await rendered(confirmTemplate, mail)
  expect(declared).toContainEqual({ kind: 'when', attribute: 'first_name', is: undefined })
  expect(text.replaceAll(/9031774100\d{4}/g, '~')).toBe(`Confirm your subscription

~Hello ~,~Hello,~

Someone asked for The Harbour Record to be sent to this address. If it was you, please confirm.

Confirm subscription:
https://slot.invalid/~

The link works for 7 days.~ You can also simply answer this mail.~~

If this was not you, ignore this mail: without your confirmation nothing is sent.

--
The Harbour Record
4 Quay Street, Port Hale, PH1 2AB
https://harbour.example/
`)
  for (const words of ['Hello 903177410000', 'Someone asked', '7 days', 'If this was not you', '4 Quay Street']) {
    expect(shownText(html)).toContain(words)
  }
})
