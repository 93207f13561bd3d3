import type { DefineCommand } from '../commands.ts'
export const newsletter: DefineCommand = () => {}
