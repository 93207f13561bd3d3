import type { DefineCommand } from '../commands.ts'
export const article: DefineCommand = () => {}
