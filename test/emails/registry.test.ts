import { memo } from 'react'
import { describe, expect, test } from 'vitest'
import type { IssueProps } from '../../emails/props.ts'
import { issueProps } from '../../emails/props.ts'
import { type TemplateModule, templateFrom } from '../../emails/registry.ts'
import { sampleIssue } from '../../emails/sample.ts'
import * as article from '../../emails/templates/article.tsx'

const Mail = () => null

test('the article template exports everything a template can have', () => {
  const module: TemplateModule<IssueProps> = article
  expect(templateFrom('article', { ...module })).toEqual({
    name: 'article',
    kind: 'issue',
    component: article.default,
    propsSchema: issueProps,
    sample: sampleIssue,
    text: article.text,
    subject: undefined,
    preheader: undefined,
  })
})

test('a component alone is a template for issues', () => {
  expect(templateFrom('mine', { default: Mail })).toMatchObject({ name: 'mine', kind: 'issue', component: Mail })
})

test('a memoised component is a component', () => {
  const Memo = memo(Mail)
  expect(templateFrom('mine', { default: Memo }).component).toBe(Memo)
})

test('a sample on the component counts, as React Email has it', () => {
  const WithSample = Object.assign(() => null, { PreviewProps: { name: 'Ana' } })
  expect(templateFrom('mine', { default: WithSample }).sample).toEqual({ name: 'Ana' })
})

describe('a file that is not a template is refused with what to write', () => {
  test.each([{}, { default: 'text' }, { default: { render: 1 } }, { Mail }])('%j', (exports) => {
    expect(() => templateFrom('mine', exports)).toThrow(
      'The template mine has no default export that is a component. ' +
        'Write "export default function Mail(props) { … }" in mine.tsx.',
    )
  })

  test.each([
    ['kind', 'weekly', "'issue' or 'single'"],
    ['props', { name: 'string' }, 'a zod schema'],
    ['text', 'Hello', 'a function (props, sheet) that returns a string'],
    ['PreviewProps', null, 'an object'],
  ])('an export "%s" that is something else', (key, value, expected) => {
    expect(() => templateFrom('mine', { default: Mail, [key]: value })).toThrow(
      `The template mine exports "${key}", but it is not ${expected}.`,
    )
  })
})
