import type { DefineCommand } from '../commands.ts'
export const suppression: DefineCommand = () => {}
