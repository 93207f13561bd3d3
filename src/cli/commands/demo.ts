import type { DefineCommand } from '../commands.ts'
export const demo: DefineCommand = () => {}
