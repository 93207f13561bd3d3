import { expect, test } from 'vitest'
import type { Bell } from '../../src/queue/queue.ts'
import { ringForSingles } from '../../src/send/bells.ts'

test('in a rush, one bell is rung for all who come while another is on its way, and none is left out', async () => {
  const rung: Bell[] = []
  const queue = {
    enqueue: async (bell: Bell) => {
      rung.push(bell)
      return true
    },
  }
  await Promise.all(Array.from({ length: 100 }, () => ringForSingles(queue)))
  expect(rung.map(({ job }) => job)).toEqual(Array(2).fill({ kind: 'deliver', sendId: null }))
})
