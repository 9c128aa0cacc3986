import { type SecwrapError, throwTogether } from '../core/errors.ts'
import { waitForDisk } from '../core/replace-file.ts'
import { describeWriteFailure } from '../core/replace-files.ts'
import type { WantedFile } from './compare.ts'

/** Files that are open at the same time. */
const OPEN = 256

/**
 * Returns when all files are on the disk.
 *
 * @param begin - as beginFile has it.
 * @throws SecwrapError DENIED, BAD_CONFIG, with the path; several as an AggregateError.
 */
export async function writeAll(
  files: readonly WantedFile[],
  begin: (file: WantedFile) => number,
): Promise<void> {
  for (let start = 0; start < files.length; start += OPEN) {
    await writeSome(files.slice(start, start + OPEN), begin)
    await hearSignals()
  }
}

/** A signal that came while files were written has its handler run now, before the next step. */
function hearSignals(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

async function writeSome(files: readonly WantedFile[], begin: (file: WantedFile) => number): Promise<void> {
  const problems: SecwrapError[] = []
  const tell = (file: WantedFile, error: unknown) => problems.push(describeWriteFailure(file.path, error))
  const begun = new Map<WantedFile, number>()
  for (const file of files) {
    try {
      begun.set(file, begin(file))
    } catch (error) {
      tell(file, error)
      if (problems.some(isOfAll)) break
    }
  }
  await Promise.all(
    [...begun].map(([file, descriptor]) => waitForDisk(descriptor).catch(error => tell(file, error))),
  )
  const ofAll = problems.find(isOfAll)
  throwTogether(ofAll ? [ofAll] : problems)
}

/** A full disk is full for the other files as well. */
function isOfAll({ code }: SecwrapError): boolean {
  return code !== 'DENIED'
}
