import { readFileSync, writeFileSync } from 'node:fs'

const FIGURES = /(?<=<!-- figures -->\n```\n).*(?=```\n<!-- \/figures -->)/s

/** @throws Error where the page has no place for figures: said before they are measured. */
export function checkPage(file: string): void {
  if (!FIGURES.test(readFileSync(file, 'utf8'))) throw new Error(`${file} has no marks for figures`)
}

/** Puts the tables of a run into a page, between its marks; the words around them stay. */
export function writePage(file: string, tables: string): void {
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(FIGURES, () => `${tables}\n`),
  )
}
