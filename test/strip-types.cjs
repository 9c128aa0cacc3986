/** Jest transform: removes the types, as Node itself does when it runs `src/`; lines and columns stay. */
const { stripTypeScriptTypes } = require('node:module')

module.exports = {
  process: source => ({ code: stripTypeScriptTypes(source) }),
}
