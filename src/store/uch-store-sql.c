#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-sql.h"

const char *const uch_store_number_names[UCH_N_STORE_NUMBERS] = {
  [UCH_STORE_HEAD] = "head",
  [UCH_STORE_FLOOR] = "floor",
  [UCH_STORE_TICKET_NUMBER] = "ticket_number",
};

const UchStoreDueSql uch_store_dues[UCH_N_STORE_DUES] = {
  [UCH_STORE_DUE_WAKE]
  = { UCH_TABLE_TICKET, "WHERE state = 'on_hold' AND wake_at <= $1 ORDER BY wake_at, id LIMIT $2" },
  [UCH_STORE_DUE_MISS]
  = { UCH_TABLE_VISIT,
      "WHERE state IN ('planned', 'assigned', 'accepted', 'en_route') AND due_at > 0"
      " AND due_at <= $1 ORDER BY due_at, id LIMIT $2" },
  [UCH_STORE_DUE_CLOSE]
  = { UCH_TABLE_TICKET,
      "WHERE state = 'resolved' AND resolved_at <= $1 ORDER BY resolved_at, id LIMIT $2" },
  /* The same conditions as in uch_followup_is_wanted(): what is never wanted must not stand at the
   * head of the list for ever. */
  [UCH_STORE_DUE_WORK]
  = { UCH_TABLE_TICKET, "WHERE resolved_at > $1 AND state IN ('resolved', 'closed')"
                        " AND resolution IN ('on_site', 'remote', 'phone')"
                        " AND resolved_by IS NOT NULL AND phone IS NOT NULL"
                        " AND (category LIKE 'connect.%' OR category LIKE 'support.%')"
                        " AND NOT EXISTS (SELECT 1 FROM followup AS f"
                        "  WHERE f.ticket_id = ticket.id AND f.work_at = ticket.resolved_at)"
                        " AND NOT EXISTS (SELECT 1 FROM client AS c"
                        "  WHERE c.id = ticket.client_id AND c.do_not_call <> 0)"
                        " AND NOT EXISTS (SELECT 1 FROM client AS c"
                        "  WHERE c.phone = ticket.phone AND c.do_not_call <> 0)"
                        " ORDER BY resolved_at, id LIMIT $2" },
  [UCH_STORE_DUE_DATES]
  = { UCH_TABLE_FOLLOWUP,
      "WHERE state = 'open' AND made_at <= $1 ORDER BY work_at, kind DESC, id LIMIT $2" },
};

const UchStoreWorkSql uch_store_works[UCH_N_STORE_WORKS] = {
  [UCH_STORE_WORK_OF_ENGINEER]
  = { UCH_TABLE_VISIT,
      "WHERE engineer_id = $1 AND (ended_at = 0 OR ended_at >= $2) ORDER BY id DESC LIMIT $3" },
  [UCH_STORE_WORK_OF_ZONE]
  = { UCH_TABLE_TICKET,
      "WHERE zone_id = $1 AND state IN ('new', 'in_work', 'on_hold') AND created_at >= $2"
      " ORDER BY id DESC LIMIT $3" },
  [UCH_STORE_WORK_TO_CHECK]
  = { UCH_TABLE_FOLLOWUP,
      "WHERE engineer_id = $1 AND state = 'open' AND kind = 'week' AND next_at <= $2"
      " ORDER BY deadline_at, id LIMIT $3" },
};
