/* Runs a target over every file of the folders named: the corpus as an ordinary test. */
#include "fuzz.h"

int
main (int argc, char **argv)
{
  guint n_files = 0;

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GDir) folder = g_dir_open (argv[i], 0, NULL);
      const char *name;

      if (folder == NULL)
        g_error ("there is no folder %s", argv[i]);
      while ((name = g_dir_read_name (folder)) != NULL)
        {
          g_autofree char *path = g_build_filename (argv[i], name, NULL);
          g_autofree char *bytes = NULL;
          gsize            len;

          if (!g_file_get_contents (path, &bytes, &len, NULL))
            g_error ("cannot read %s", path);
          LLVMFuzzerTestOneInput ((const uint8_t *) bytes, len);
          n_files++;
        }
    }
  if (n_files == 0)
    g_error ("no file to run");
  g_print ("%u inputs\n", n_files);
  return 0;
}
