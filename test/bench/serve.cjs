// A bare server of Node, for comparison.
const {createServer} = require('node:http')

const text = JSON.stringify({status: 'ok'})
const server = createServer((_, response) => {
  response.writeHead(200, {'content-type': 'application/json'}).end(text)
})
server.listen(0, '127.0.0.1', () => {
  const {port} = server.address()
  process.stdout.write(`${JSON.stringify({url: `http://127.0.0.1:${port}`})}\n`)
})
process.once('SIGTERM', () => server.close())
