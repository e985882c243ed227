/** Appends to a journal until an error stops it; prints the acknowledged words and the error. */
import {openJournal} from '../../src/journal/open.js'
import {systemClock} from '../../src/system/host/clock.js'
import {createStamper} from '../../src/system/host/host.js'
import {newId} from '../../src/system/host/ids.js'
import {wordsSpec} from './words.js'

const [dir = '', how = '', most = ''] = process.argv.slice(2)
const journal = openJournal(dir, wordsSpec, createStamper(systemClock, newId))
const words: string[] = []
let failure: unknown
try {
  for (let count = 0; count < Number(most); count++) {
    const word = `${process.pid}-${count}-${'x'.repeat(count % 300)}`
    const entry = {kind: 'added', word}
    if (how === 'append') journal.append(entry, 'buffered')
    else journal.note(entry, 'durable')
    words.push(word)
    if (count % 10 === 9) journal.compactIfDue()
  }
} catch (error) {
  const {kind, message, hints} = error as {kind?: string; message: string; hints?: readonly string[]}
  failure = {kind, message, hints}
}
console.log(JSON.stringify({words, failure}))
