export const DEFINITIONS: readonly string[]
/** @param main - a main.ts with our sources around it. */
export function compile(main: string, file: string, order: string): void
