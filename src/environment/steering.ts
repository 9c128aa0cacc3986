/**
 * Names by which whoever writes a secret could make the command run code of theirs: search paths, start-up
 * files and options of loaders, shells and interpreters. A wildcard must not set them; a template can, by name.
 */
const EXACT = new Set([
  // Shells and what programs start
  'PATH',
  'IFS',
  'ENV',
  'BASH_ENV',
  'BASHOPTS',
  'SHELLOPTS',
  'PROMPT_COMMAND',
  'PS4',
  'ZDOTDIR',
  'SHELL',
  'EDITOR',
  'VISUAL',
  'PAGER',
  'BROWSER',
  'HOME',
  // libc
  'GCONV_PATH',
  'GETCONF_DIR',
  'HOSTALIASES',
  'LOCALDOMAIN',
  'LOCPATH',
  'MALLOC_CHECK_',
  'NIS_PATH',
  'NLSPATH',
  'RES_OPTIONS',
  'TERMCAP',
  'TERMINFO',
  'TMPDIR',
  // Interpreters and their package managers
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'BUN_OPTIONS',
  'PERL5LIB',
  'PERL5OPT',
  'PERL5DB',
  'PERLLIB',
  'RUBYLIB',
  'RUBYOPT',
  'GEM_HOME',
  'GEM_PATH',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'CLASSPATH',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  'LUA_INIT',
  'LUA_PATH',
  'LUA_CPATH',
  'GODEBUG',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
])

const PREFIXES = [
  'LD_',
  'DYLD_',
  'GLIBC_',
  'PYTHON',
  'DOTNET_',
  'COR_',
  'CORECLR_',
  'GIT_',
  'BASH_FUNC_',
  'NPM_CONFIG_',
  'SECWRAP_',
]

export function steersProcess(name: string): boolean {
  return EXACT.has(name) || PREFIXES.some(prefix => name.startsWith(prefix))
}
