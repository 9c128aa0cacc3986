/**
 * What a compiled program does before Bun's own first instruction, on x86-64: it writes down the limit of
 * open files, the signals that are blocked and ignored, and which descriptors are open; it hides variables
 * that are meant for a Bun or Node that the command may be (BUN_OPTIONS, BUN_INSPECT or BUN_BE_BUN would make
 * another program of this one, NODE_CHANNEL_FD would use up the command's channel, MIMALLOC_SHOW_STATS would print
 * our allocator's figures); it gives Bun settings of ours (SETTINGS) in front of the other variables; and it makes
 * the record read-only. src/launch/start-record.ts reads it, gives the variables their names back and takes the
 * settings out; patch.mjs puts it in place.
 *
 * The record, at ADDRESS (numbers are little-endian, 64 bits):
 *   0   1 once it is written
 *   8   RLIMIT_NOFILE: soft, hard
 *   24  blocked signals, bit 0 is signal 1
 *   32  ignored signals
 *   40  open descriptors, bit 0 is descriptor 0; 1024 bits
 *   168 how many variables are hidden: their first byte is 1 (32 bits)
 * From 0x100 on it is scratch space, from 0x180 on the settings, 0x20 bytes each, from 0x200 on this code. From
 * 0x1000 on is the list for poll, then the list of variables, which stays writable: libc may change it.
 *
 * At an entry point rdx is to be kept, and argc, argv and envp are at rsp. Source: System V ABI, AMD64, 3.4.1.
 */
export const ADDRESS = 0x10000000
export const CODE_OFFSET = 0x200
export const MEMORY_BYTES = 0x3000
export const MACHINE = 62 // EM_X86_64

/**
 * Two threads are of no use to a program of milliseconds: one prepares memory as soon as there is a megabyte of
 * objects, the other gives memory back to the kernel, from the first request on. 0.3 and 0.2 ms, and as much again on
 * a processor. And a supervisor that waits need not wake up each second to see whether there is garbage.
 */
export const SETTINGS = [
  'BUN_JSC_useWarmUpMarkedBlocks=0',
  'MIMALLOC_PURGE_DELAY=-1',
  'BUN_GC_TIMER_DISABLE=1',
]
export const SETTINGS_OFFSET = 0x180
export const SETTING_BYTES = 0x20

const LISTING = `
  52                          push rdx
  bb 00 00 00 10              mov ebx, ADDRESS

  b8 2e 01 00 00              mov eax, 302               ; prlimit64(0, RLIMIT_NOFILE, null, record + 8)
  31 ff                       xor edi, edi
  be 07 00 00 00              mov esi, 7
  31 d2                       xor edx, edx
  4c 8d 53 08                 lea r10, [rbx + 8]
  0f 05                       syscall

  b8 0e 00 00 00              mov eax, 14                ; rt_sigprocmask(SIG_BLOCK, null, record + 24, 8)
  31 ff                       xor edi, edi
  31 f6                       xor esi, esi
  48 8d 53 18                 lea rdx, [rbx + 24]
  41 ba 08 00 00 00           mov r10d, 8
  0f 05                       syscall

  41 bc 40 00 00 00           mov r12d, 64
  b8 0d 00 00 00      signal: mov eax, 13                ; rt_sigaction(r12, null, record + 0x100, 8)
  44 89 e7                    mov edi, r12d
  31 f6                       xor esi, esi
  48 8d 93 00 01 00 00        lea rdx, [rbx + 0x100]
  41 ba 08 00 00 00           mov r10d, 8
  0f 05                       syscall
  48 83 bb 00 01 00 00 01     cmp qword [rbx + 0x100], 1 ; SIG_IGN
  75 0a                       jne next
  41 8d 4c 24 ff              lea ecx, [r12 - 1]
  48 0f ab 4b 20              bts qword [rbx + 32], rcx
  41 ff cc              next: dec r12d
  75 ce                       jnz signal

  be 00 04 00 00              mov esi, 1024              ; poll takes at most as many as may be open
  48 39 73 08                 cmp [rbx + 8], rsi
  48 0f 42 73 08              cmovb rsi, [rbx + 8]
  89 f1                       mov ecx, esi
  83 e9 01              fill: sub ecx, 1                 ; struct pollfd: 32 bits descriptor, 16 events, 16 result
  72 09                       jb filled
  89 8c cb 00 10 00 00        mov [rbx + rcx*8 + 0x1000], ecx
  eb f2                       jmp fill
  41 89 f4            filled: mov r12d, esi
  48 8d bb 00 10 00 00        lea rdi, [rbx + 0x1000]    ; poll(record + 0x1000, esi, 0)
  31 d2                       xor edx, edx
  b8 07 00 00 00              mov eax, 7
  0f 05                       syscall
  85 c0                       test eax, eax
  78 18                       js done
  41 83 ec 01           scan: sub r12d, 1
  72 12                       jb done
  42 f6 84 e3 06 10 00 00 20  test byte [rbx + r12*8 + 0x1006], 0x20 ; POLLNVAL: not open
  75 ef                       jnz scan
  4c 0f ab 63 28              bts qword [rbx + 40], r12
  eb e8                       jmp scan

  48 8b 4c 24 08        done: mov rcx, [rsp + 8]         ; argc
  48 8d 74 cc 18              lea rsi, [rsp + rcx*8 + 24] ; envp
  48 ad                 hide: lodsq
  48 85 c0                    test rax, rax
  74 2a                       jz finish
  81 38 42 55 4e 5f           cmp dword [rax], "BUN_"
  74 17                       je found
  81 38 4d 49 4d 41           cmp dword [rax], "MIMA"
  74 0f                       je found
  48 ba 4e 4f 44 45 5f 43 48 41  mov rdx, "NODE_CHA"
  48 39 10                    cmp [rax], rdx
  75 da                       jne hide
  c6 00 01             found: mov byte [rax], 1
  ff 83 a8 00 00 00           inc dword [rbx + 168]
  eb cf                       jmp hide

  48 8b 4c 24 08      finish: mov rcx, [rsp + 8]         ; argc
  48 8d 54 cc 18              lea rdx, [rsp + rcx*8 + 24] ; envp
  48 29 d6                    sub rsi, rdx               ; its bytes, the null pointer too
  48 81 fe e8 1f 00 00        cmp rsi, 0x1fe8
  77 31                       ja ready
  48 89 f1                    mov rcx, rsi
  48 c1 e9 03                 shr rcx, 3
  48 89 d6                    mov rsi, rdx
  48 8d bb 00 10 00 00        lea rdi, [rbx + 0x1000]
  48 89 3c 25 ?? ?? ?? ??     mov [environ], rdi
  48 8d 83 80 01 00 00        lea rax, [rbx + SETTINGS_OFFSET]
  48 ab                       stosq
  48 83 c0 20                 add rax, SETTING_BYTES
  48 ab                       stosq
  48 83 c0 20                 add rax, SETTING_BYTES
  48 ab                       stosq
  f3 48 a5                    rep movsq

  c7 03 01 00 00 00    ready: mov dword [rbx], 1
  48 89 df                    mov rdi, rbx               ; mprotect(record, 0x1000, READ | EXEC)
  be 00 10 00 00              mov esi, 0x1000
  ba 05 00 00 00              mov edx, 5
  b8 0a 00 00 00              mov eax, 10
  0f 05                       syscall
  48 8d bb 00 10 00 00        lea rdi, [rbx + 0x1000]    ; mprotect(record + 0x1000, 0x2000, READ | WRITE)
  be 00 20 00 00              mov esi, 0x2000
  ba 03 00 00 00              mov edx, 3
  b8 0a 00 00 00              mov eax, 10
  0f 05                       syscall
  5a                          pop rdx
`

/** The machine code that ends in a jump to `entry`, which must be within 2 GiB of ADDRESS, as `environ` of 0. */
export function assemble(entry, environ) {
  const [before, after] = LISTING.split('?? ?? ?? ??').map(part => Buffer.from(hexOf(part), 'hex'))
  const variables = Buffer.alloc(4)
  variables.writeInt32LE(environ)
  const code = Buffer.concat([before, variables, after])
  const jump = Buffer.from([0xe9, 0, 0, 0, 0]) // jmp rel32, counted from the next instruction
  jump.writeInt32LE(entry - (ADDRESS + CODE_OFFSET + code.length + jump.length), 1)
  return Buffer.concat([code, jump])
}

function hexOf(listing) {
  const lines = listing.split('\n').map(line => /^ *((?:[0-9a-f]{2} )+)(?= |$)/.exec(line)?.[1] ?? '')
  return lines.join('').replaceAll(' ', '')
}
