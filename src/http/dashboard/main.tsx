import {render} from 'preact'
import {startClock} from './state/clock.js'
import {followChosenJob} from './state/detail.js'
import {keepFocus} from './state/dialog.js'
import {startKeyboard} from './state/keyboard.js'
import {keepOrder} from './state/list.js'
import {startLive} from './state/live.js'
import {applyTheme} from './state/preferences.js'
import {startRoute} from './state/route.js'
import {App, keepTitle} from './view/app.js'

/** The dashboard: one page that talks to `guard serve` by its JSON alone. */
applyTheme()
startRoute()
startClock()
keepOrder()
keepTitle()
followChosenJob()
startKeyboard()
keepFocus()
startLive()
render(<App />, document.getElementById('app')!)
