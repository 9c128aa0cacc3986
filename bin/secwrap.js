#!/bin/sh
':' /*
# This file is a shell script, and JavaScript for `node bin/secwrap.js` (below). The shell comes first, since it
# starts in a millisecond, can become another program, and leaves signals and limits as they are. It can't write
# a star before a slash: that would end JavaScript's comment. A variable of its own has a name that no caller
# exports, or the command would get its value.

secwrap_fail() {
  printf 'secwrap: error: %s [BAD_CONFIG]\nsecwrap: hint: %s\n' "$1" "$2" >&2
  exit 78
}

# What a shell does to its environment: it sets PWD, whatever its caller had; and all but bash drop a variable
# whose name is not a shell's own (`discovery.type`). The program gets those in base64: src/launch/process.ts.
secwrap_grep() { LC_ALL=C grep -z "$@" /proc/$$/environ; }
{ # bash would warn of the NUL bytes between the variables
  secwrap_names=$(secwrap_grep -oE '^(PWD=.*|[^=]*[^A-Za-z0-9_=][^=]*=|[0-9][^=]*=)') || [ $? = 1 ] || secwrap_names=PWD=$PWD
  case $secwrap_names in
    "PWD=$PWD") ;;
    '') unset PWD ;;
    *)
      secwrap_pwd=$(secwrap_grep -o '^PWD=.*') && PWD=${secwrap_pwd#PWD=} || unset PWD
      [ "$BASH_VERSION" ] || export SECWRAP_ODD="$(secwrap_grep -vE '^[A-Za-z_][A-Za-z0-9_]*=' | base64 -w 0)"
      ;;
  esac
} 2>/dev/null

# The file that the links of node_modules/.bin and of a global installation lead to.
secwrap_self=$0
[ "${secwrap_self#*[/]}" != "$secwrap_self" ] || secwrap_self=./$secwrap_self
for secwrap_known in ../secwrap/bin ../lib/node_modules/secwrap/bin; do
  [ -L "$secwrap_self" ] && [ "${secwrap_self%/*}/$secwrap_known/secwrap.js" -ef "$secwrap_self" ] &&
    secwrap_self=${secwrap_self%/*}/$secwrap_known/secwrap.js
done
while [ -L "$secwrap_self" ]; do
  secwrap_link=$(readlink "$secwrap_self") || secwrap_fail "can't read the link $secwrap_self" "ls -l $secwrap_self"
  case $secwrap_link in
    /*) secwrap_self=$secwrap_link ;;
    *) secwrap_self=${secwrap_self%/*}/$secwrap_link ;;
  esac
done

# The platform's package: beside this one or above it, and of the C library that is here.
secwrap_folder=${secwrap_self%/*}/..
while :; do
  for secwrap_platform in \
    linux-x64:/lib64/ld-linux-x86-64.so.2 linux-x64-musl:/lib/ld-musl-x86_64.so.1 \
    linux-arm64:/lib/ld-linux-aarch64.so.1 linux-arm64-musl:/lib/ld-musl-aarch64.so.1
  do
    secwrap_program=$secwrap_folder/node_modules/@secwrap/${secwrap_platform%:*}/bin/secwrap
    [ -x "$secwrap_program" ] && [ -e "${secwrap_platform#*:}" ] && exec "$secwrap_program" "$@"
  done
  [ "$secwrap_folder" -ef / ] && break
  secwrap_folder=$secwrap_folder/..
done

command -v node >/dev/null ||
  secwrap_fail 'neither a program for this platform nor Node is installed' 'npm install --include=optional secwrap'

# What Node will change before its first line of JavaScript: src/launch/start-state.ts restores it.
if [ -r /proc/$$/status ]; then
  while read -r secwrap_field secwrap_mask secwrap_rest; do
    case $secwrap_field in
      SigBlk:) secwrap_blocked=$secwrap_mask ;;
      SigIgn:) secwrap_ignored=$secwrap_mask && break ;; # after SigBlk; a shell reads byte by byte
    esac
  done </proc/$$/status
  while read -r secwrap_1 secwrap_2 secwrap_3 secwrap_limit secwrap_rest; do
    [ "$secwrap_1 $secwrap_2 $secwrap_3" = 'Max open files' ] && break
  done </proc/$$/limits
  for secwrap_file in /proc/$$/fd/*; do
    [ -e "$secwrap_file" ] && ! [ "$secwrap_file" -ef "$0" ] && secwrap_open=$secwrap_open,${secwrap_file##*[/]}
  done
fi
# Options, debug output and the channel for a Node that the command may be are not for this one.
for secwrap_name in \
  NODE_OPTIONS NODE_DEBUG NODE_DEBUG_NATIVE NODE_V8_COVERAGE NODE_COMPILE_CACHE \
  NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
do
  eval "[ \"\${$secwrap_name+set}\" ] && export SECWRAP_HIDDEN_$secwrap_name=\"\$$secwrap_name\" && unset $secwrap_name"
done
export SECWRAP_START="1 $$ $secwrap_limit $secwrap_ignored $secwrap_blocked $secwrap_open"
exec node "$secwrap_self" "$@"
*/

const NEEDED_NODE = 26

const [major] = process.versions.node.split('.').map(Number)
const startedByShell = process.env.SECWRAP_START?.startsWith(`1 ${process.pid} `)

if (major >= NEEDED_NODE) await import('../dist/npm/main.js')
else if (startedByShell) fail()
else await startByShell()

function fail() {
  process.stderr.write(
    `secwrap: error: no program for this platform is installed, and Node ${process.versions.node} is too old [BAD_CONFIG]\n` +
      `secwrap: hint: npm install --include=optional secwrap, or Node ${NEEDED_NODE}\n`,
  )
  process.exitCode = 78
}

async function startByShell() {
  const script = (await import('node:url')).fileURLToPath(import.meta.url)
  const argv = [script, ...process.argv.slice(2)]
  if (process.execve) process.execve('/bin/sh', ['sh', ...argv], process.env)
  // An older Node can't become another program, so it stays in between and ends as that one does.
  const { spawn } = await import('node:child_process')
  const child = spawn('/bin/sh', argv, { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal))
  // The terminal sends these to both.
  for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => {})
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
