import type { DefineCommand } from '../commands.ts'
export const issue: DefineCommand = () => {}
