import type { DefineCommand } from '../commands.ts'
export const send: DefineCommand = () => {}
