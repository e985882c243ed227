// Writes dist/guard.1, which `npm install -g` puts where man looks.
import {readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {manPageOfBuild} from './man-page.mjs'

const root = dirname(import.meta.dirname)
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
writeFileSync(join(root, 'dist/guard.1'), manPageOfBuild(version))
