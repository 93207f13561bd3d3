import type { DefineCommand } from '../commands.ts'
export const subscriber: DefineCommand = () => {}
