#include "core/uch-office.h"

#include "core/uch-entity-private.h"

const char *const uch_reason_kind_nicks[]
    = { "hold", "decline", "failed", "missed", "cancel", "reopen", "resolution", NULL };

static const UchField reason_fields[] = {
  UCH_FIELD_OF (UchReason, kind, uch_reason_kind_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchReason, code, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchReason, name, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchReason, position, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchReason, retired, BOOL, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Reason, reason, REASON)

static const UchField setting_fields[] = {
  UCH_FIELD (UchSetting, value, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Setting, setting, SETTING)

/* Source: the office's own lists, see the domain's rules on reasons. */
static const UchReasonSeed seeds[] = {
  { UCH_REASON_HOLD, "client_thinking" },
  { UCH_REASON_HOLD, "client_away" },
  { UCH_REASON_HOLD, "waiting_mc_access" },
  { UCH_REASON_HOLD, "waiting_parts" },
  { UCH_REASON_HOLD, "mass_incident" },
  { UCH_REASON_HOLD, "weather_safety" },
  { UCH_REASON_DECLINE, "overload" },
  { UCH_REASON_DECLINE, "wrong_skill" },
  { UCH_REASON_DECLINE, "too_far" },
  { UCH_REASON_DECLINE, "transport" },
  { UCH_REASON_FAILED, "absent" },
  { UCH_REASON_FAILED, "no_access" },
  { UCH_REASON_FAILED, "refused" },
  { UCH_REASON_FAILED, "wrong_address" },
  { UCH_REASON_FAILED, "rescheduled_by_client" },
  { UCH_REASON_MISSED, "no_engineer" },
  { UCH_REASON_MISSED, "previous_overran" },
  { UCH_REASON_MISSED, "transport" },
  { UCH_REASON_MISSED, "overload" },
  { UCH_REASON_CANCEL, "client_cancelled" },
  { UCH_REASON_CANCEL, "solved_itself" },
  { UCH_REASON_CANCEL, "duplicate" },
  { UCH_REASON_CANCEL, "no_technical_possibility" },
  { UCH_REASON_CANCEL, "not_our_equipment" },
  { UCH_REASON_CANCEL, "spam" },
  { UCH_REASON_REOPEN, "same_symptom" },
  { UCH_REASON_REOPEN, "other_symptom" },
  { UCH_REASON_REOPEN, "not_satisfied" },
  { UCH_REASON_REOPEN, "unfinished_work" },
  { UCH_REASON_RESOLUTION, "settings" },
  { UCH_REASON_RESOLUTION, "router_reboot" },
  { UCH_REASON_RESOLUTION, "router_replaced" },
  { UCH_REASON_RESOLUTION, "cable" },
  { UCH_REASON_RESOLUTION, "patch_panel" },
  { UCH_REASON_RESOLUTION, "switch_port" },
  { UCH_REASON_RESOLUTION, "tv_box" },
  { UCH_REASON_RESOLUTION, "wifi_channel" },
  { UCH_REASON_RESOLUTION, "billing" },
  { UCH_REASON_RESOLUTION, "other_provider_fault" },
  { UCH_REASON_RESOLUTION, "taught_client" },
  { UCH_REASON_RESOLUTION, "no_fault_found" },
};

/**
 * uch_reason_list_seeds:
 *
 * Returns: (array length=out_n_seeds): the reasons that a new office starts with; static
 */
const UchReasonSeed *
uch_reason_list_seeds (guint *out_n_seeds)
{
  *out_n_seeds = G_N_ELEMENTS (seeds);
  return seeds;
}
