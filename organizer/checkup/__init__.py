"""
What `doctor` looks at; nothing here changes anything.

- `finding`: what a look at one part comes to;
- `database`, `site`: what also the local run has;
- `project`: a project in Google Cloud, and `cloud`: all that is looked at there:
  `edge`, `rights`, `privacy` and `operation`.
"""
