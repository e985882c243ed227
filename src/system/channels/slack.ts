import {slackMessage} from '../../domain/message-text/slack-blocks.js'
import type {SendBy} from './channel-tools.js'
import {httpOutcome} from './http-outcome.js'

/** What Slack answers → what to do. */
const reasons: Readonly<Record<string, string>> = {
  no_service: 'the webhook does not exist or was switched off; make a new one',
  no_service_id: 'the webhook does not exist or was switched off; make a new one',
  no_team: 'the workspace of the webhook does not exist; make a new webhook',
  team_disabled: 'the workspace is switched off',
  invalid_token: 'the address of the webhook is wrong; copy it anew',
  channel_not_found: 'the channel of the webhook is gone; make a new webhook',
  channel_is_archived: 'the channel of the webhook is archived; restore it or make a new webhook',
  action_prohibited: 'an administrator of the workspace forbids this webhook',
  posting_to_general_channel_denied: 'the webhook may not write into the general channel',
}

/** Sends to an incoming webhook of Slack. Only the body `ok` is success. */
export const sendToSlack: SendBy<'slack'> = async (message, settings, {post, secret, timezone}) => {
  const url = secret(settings.url, 'url').trim()
  const body = JSON.stringify(slackMessage(message, timezone))
  const result = await post({url, headers: {'content-type': 'application/json'}, body})
  if (!result.ok) return result
  const said = result.body.trim()
  if (result.status === 200) {
    if (said === 'ok') return {ok: true, receipt: {}}
    return {
      ok: false,
      failure: 'transient',
      reason: 'the answer does not come from Slack; is there a proxy in between?',
    }
  }
  const known = reasons[said]
  if (known !== undefined) return {ok: false, failure: 'permanent', reason: known}
  return httpOutcome(result, 'Slack', {})
}
