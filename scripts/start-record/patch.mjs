/**
 * Puts the start record (x64.mjs) into a program that Bun has compiled: the code goes to the end of the file,
 * the header of the notes, which nothing reads, becomes the header that loads it, and it is made the entry
 * point. Every assumption is checked, so that another layout fails the build and not the program.
 * Source: elf(5).
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import {
  ADDRESS,
  assemble,
  CODE_OFFSET,
  MACHINE,
  MEMORY_BYTES,
  SETTING_BYTES,
  SETTINGS,
  SETTINGS_OFFSET,
} from './x64.mjs'

const PAGE = 0x1000
const ET_EXEC = 2
const PT_LOAD = 1
const PT_NOTE = 4
const SHT_DYNSYM = 11
const READ_WRITE_EXECUTE = 7 // until the code has run: it takes writing away itself

export function addStartRecord(file) {
  const descriptor = openSync(file, 'r+')
  try {
    const header = readAt(descriptor, 0, PAGE)
    const segments = readSegments(header)
    check(header, segments)
    const end = Math.ceil(fstatSync(descriptor).size / PAGE) * PAGE
    const page = Buffer.alloc(PAGE)
    for (const [index, setting] of SETTINGS.entries())
      page.write(`${setting}\0`, SETTINGS_OFFSET + index * SETTING_BYTES)
    assemble(Number(header.readBigUInt64LE(24)), findVariable(descriptor, header, 'environ')).copy(
      page,
      CODE_OFFSET,
    )
    writeSync(descriptor, page, 0, PAGE, end)
    loadPage(header, segments.find(segment => segment.type === PT_NOTE).offset, end)
    header.writeBigUInt64LE(BigInt(ADDRESS + CODE_OFFSET), 24)
    writeSync(descriptor, header, 0, PAGE, 0)
  } finally {
    closeSync(descriptor)
  }
}

function readAt(descriptor, position, length) {
  const bytes = Buffer.alloc(length)
  readSync(descriptor, bytes, 0, length, position)
  return bytes
}

function readSegments(header) {
  if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') refuse(['a 64-bit little-endian ELF file'])
  const first = Number(header.readBigUInt64LE(32))
  const size = header.readUInt16LE(54)
  return Array.from({ length: header.readUInt16LE(56) }, (_, index) => {
    const offset = first + index * size
    const end = header.readBigUInt64LE(offset + 16) + header.readBigUInt64LE(offset + 40) // address + memory
    return { offset, type: header.readUInt32LE(offset), end: Number(end) }
  })
}

/** Where a variable of libc is in the program, which has a copy of its own. */
function findVariable(descriptor, header, name) {
  const size = header.readUInt16LE(58)
  const table = readAt(descriptor, Number(header.readBigUInt64LE(40)), size * header.readUInt16LE(60))
  const sections = Array.from({ length: table.length / size }, (_, index) => table.subarray(index * size))
  const contentOf = section =>
    readAt(descriptor, Number(section.readBigUInt64LE(24)), Number(section.readBigUInt64LE(32)))
  const symbols = sections.find(section => section.readUInt32LE(4) === SHT_DYNSYM)
  if (!symbols) refuse(['with dynamic symbols'])
  const names = contentOf(sections[symbols.readUInt32LE(40)])
  const content = contentOf(symbols)
  for (let at = 0; at < content.length; at += 24) {
    const start = content.readUInt32LE(at)
    const isIt = names.toString('latin1', start, start + name.length + 1) === `${name}\0`
    if (isIt && content.readUInt16LE(at + 6) !== 0) return Number(content.readBigUInt64LE(at + 8))
  }
  return refuse([`with a copy of ${name}`])
}

function check(header, segments) {
  const loads = segments.filter(segment => segment.type === PT_LOAD)
  const notes = segments.filter(segment => segment.type === PT_NOTE)
  const facts = {
    'of a fixed address': header.readUInt16LE(16) === ET_EXEC,
    'for x86-64': header.readUInt16LE(18) === MACHINE,
    'with one header of notes': notes.length === 1,
    'after those that are loaded': notes[0]?.offset > loads.at(-1)?.offset,
    'that end below the record': loads.every(({ end }) => end < ADDRESS),
    'without a record so far': Number(header.readBigUInt64LE(24)) < ADDRESS,
  }
  const wrong = Object.keys(facts).filter(fact => !facts[fact])
  if (wrong.length > 0) refuse(wrong)
}

function refuse(facts) {
  throw new Error(`the compiled program is not ${facts.join(', ')}: see start-record/patch.mjs`)
}

function loadPage(header, offset, position) {
  header.writeUInt32LE(PT_LOAD, offset)
  header.writeUInt32LE(READ_WRITE_EXECUTE, offset + 4)
  const fields = [position, ADDRESS, ADDRESS, PAGE, MEMORY_BYTES, PAGE] // file, address ×2, sizes, alignment
  for (const [index, value] of fields.entries())
    header.writeBigUInt64LE(BigInt(value), offset + 8 + 8 * index)
}
