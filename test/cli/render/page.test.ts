import {expect, test} from 'vitest'
import {pageOf} from '../../../src/cli/render/page.js'

test.each([{columns: 0, rows: 0}, {}])('a terminal that does not say its size has 80 columns and 24 lines', (size) => {
  expect(pageOf({isTTY: true, ...size}, true)).toMatchObject({width: 80, height: 24})
})

test('a terminal has the size that it says, and is at least 60 and at most 200 columns wide', () => {
  expect(pageOf({isTTY: true, columns: 100, rows: 30}, true)).toMatchObject({width: 100, height: 30})
  expect(pageOf({isTTY: true, columns: 20, rows: 5}, true)).toMatchObject({width: 60, height: 5})
  expect(pageOf({isTTY: true, columns: 500, rows: 5}, true).width).toBe(200)
})
