import { randomUUID } from 'node:crypto'

declare const brand: unique symbol

/** A UUID that belongs to one kind of row, so that a batch's id cannot be passed where a send's is wanted. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind }

export type NewsletterId = Id<'newsletter'>
export type ArticleId = Id<'article'>
export type IssueId = Id<'issue'>
export type SendId = Id<'send'>
export type BatchId = Id<'batch'>
export type DeliveryId = Id<'delivery'>
export type SubscriberId = Id<'subscriber'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A new random id (UUID version 4, RFC 9562 section 5.4). */
export function newId<Kind extends string>(): Id<Kind> {
  return randomUUID() as Id<Kind>
}

/** Whether `text` has the form of an id of ours; says nothing about whether the row exists. */
export function isId<Kind extends string>(text: string): text is Id<Kind> {
  return UUID.test(text)
}
