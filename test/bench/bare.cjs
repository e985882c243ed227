// The base line: Node starts a program and passes on its exit code.
const {spawn} = require('node:child_process')

const [file, ...args] = process.argv.slice(2)
const child = spawn(file, args, {stdio: 'inherit'})
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
