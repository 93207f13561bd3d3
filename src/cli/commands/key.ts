import type { DefineCommand } from '../commands.ts'
export const key: DefineCommand = () => {}
