import { describe, expect, test } from 'vitest'
import { issueHeaders, singleHeaders } from '../../src/edition/headers.ts'

const MAIL = { newsletter: 'tides', publicUrl: 'https://news.example.com/letters' }
const ISSUE = { ...MAIL, issueId: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', oneClickUrl: 'https://news.example.com/u/x' }

describe('the headers', () => {
  test('of an issue let readers leave, name the list, and are counted by Gmail', () => {
    expect(issueHeaders(ISSUE)).toEqual({
      'List-Unsubscribe': '<https://news.example.com/u/x>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': '<tides.news.example.com>',
      'Feedback-ID': 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6:tides:issue:8037a37484cd',
    })
  })

  test('of an issue let readers leave by mail as well, where mail is taken in', () => {
    const leaveUrl = 'mailto:leave+x@in.example.com'
    expect(issueHeaders({ ...ISSUE, leaveUrl })).toMatchObject({
      'List-Unsubscribe': '<https://news.example.com/u/x>, <mailto:leave+x@in.example.com>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
  })

  test('of a single mail ask machines not to answer, and are of no list', () => {
    expect(singleHeaders({ ...MAIL, template: 'welcome' })).toEqual({
      'Auto-Submitted': 'auto-generated',
      'Feedback-ID': 'welcome:tides:single:8037a37484cd',
    })
  })
})

describe('the sender that Gmail is told', () => {
  const senderOf = (publicUrl: string) =>
    issueHeaders({ ...ISSUE, publicUrl })
      ['Feedback-ID'].split(':')
      .at(-1)

  test('has 5 to 15 characters and is the same in all mail of a host', () => {
    expect(senderOf('https://news.example.com')).toMatch(/^[0-9a-f]{5,15}$/)
    expect(senderOf('https://news.example.com:8443/other')).toBe(senderOf('https://news.example.com'))
    expect(senderOf('https://other.example.com')).not.toBe(senderOf('https://news.example.com'))
  })

  test('is last of four, whatever a template is called', () => {
    const { 'Feedback-ID': id } = singleHeaders({ ...MAIL, template: 'a:b/c' })
    expect(id.split(':')).toHaveLength(4)
  })
})
