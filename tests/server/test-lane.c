#include <string.h>

#include "server/uch-lane.h"

#define PATH "/track/t"
#define BODY_LEN_MAX 16

/* Only what is whole and as plain as can be is read the short way. */
static void
test_read (void)
{
  static const struct
  {
    const char *text;
    gboolean    taken;
    const char *query, *type, *body;
  } cases[] = {
    { "POST /track/t?id=1&lat=2 HTTP/1.1\r\nHost: x\r\n\r\n", TRUE, "id=1&lat=2", NULL, "" },
    { "GET /track/t?id=1 HTTP/1.1\r\n\r\n", TRUE, "id=1", NULL, "" },
    { "POST /track/t HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n", TRUE, NULL, NULL, "" },
    { "POST /track/t? HTTP/1.1\r\n\r\n", TRUE, "", NULL, "" },
    { "POST /track/t HTTP/1.1\r\ncontent-length:3\r\nContent-Type: Text/JSON ; a=b\r\n\r\n{ }",
      TRUE, NULL, "text/json", "{ }" },
    /* not whole, or more than one */
    { "POST /track/t?id=1 HTTP/1.1\r\nHost: x\r\n", FALSE },
    { "POST /track/t HTTP/1.1\r\nContent-Length: 3\r\n\r\n{", FALSE },
    { "POST /track/t HTTP/1.1\r\nContent-Length: 1\r\n\r\n{}", FALSE },
    { "GET /track/t HTTP/1.1\r\n\r\nGET /track/t HTTP/1.1\r\n\r\n", FALSE },
    /* for somebody else */
    { "GET /track/tt HTTP/1.1\r\n\r\n", FALSE },
    { "GET /v1/info HTTP/1.1\r\n\r\n", FALSE },
    { "PUT /track/t HTTP/1.1\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.0\r\n\r\n", FALSE },
    { "GET /track/t#a HTTP/1.1\r\n\r\n", FALSE },
    { "GET /track/t?a\x01 HTTP/1.1\r\n\r\n", FALSE },
    { "GET  /track/t HTTP/1.1\r\n\r\n", FALSE },
    { "", FALSE },
    { "\r\n\r\n", FALSE },
    /* to be read in two ways, or with more than a header and a body */
    { "GET /track/t HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nContent-Length: +0\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nContent-Length:\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nContent-Length : 0\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nExpect: 100-continue\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nConnection: close\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nA: b\r\n c\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nA: b\nContent-Length: 1\r\n\r\n", FALSE },
    { "GET /track/t HTTP/1.1\r\nnothing\r\n\r\n", FALSE },
    /* too long a body is refused, and not here */
    { "POST /track/t HTTP/1.1\r\nContent-Length: 17\r\n\r\n12345678901234567", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize   len = strlen (cases[i].text);
      UchLane lane;

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (uch_lane_read (cases[i].text, len, PATH, BODY_LEN_MAX, &lane), ==,
                       cases[i].taken);
      if (!cases[i].taken)
        continue;
      g_assert_cmpstr (lane.query, ==, cases[i].query);
      g_assert_cmpstr (lane.content_type, ==, cases[i].type);
      g_assert_cmpmem (lane.body, lane.len, cases[i].body, strlen (cases[i].body));
      uch_lane_clear (&lane);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lane/read", test_read);
  return g_test_run ();
}
