import type { DefineCommand } from '../commands.ts'
export const outbox: DefineCommand = () => {}
