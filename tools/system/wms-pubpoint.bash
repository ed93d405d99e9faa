# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for wms-pubpoint: asks the program for its options, so that
# there is no second list of them.

_wms_pubpoint ()
{
  local cur prev words cword split help argument=
  _init_completion -s || return

  # as it was typed
  help=$(LC_ALL=C LANGUAGE= "${1/#\~\//$HOME/}" --help 2>/dev/null)
  # "  -c, --config=FILE", "      --tls-key=FILE"
  [[ $prev =~ ^-[-a-z]+$ ]] && argument=$(sed -En \
    "s/^ +(-., )?$prev=([^ ]+).*/\\2/p; s/^ +$prev, --[a-z-]+=([^ ]+).*/\\1/p" <<<"$help")
  case $argument in
    FILE) _filedir ;;
    FOLDER) _filedir -d ;;
    LEVEL) COMPREPLY=($(compgen -W "error warning message info debug" -- "$cur")) ;;
    "")
      COMPREPLY=($(compgen -W "$(_parse_help - <<<"$help")" -- "$cur"))
      [[ ${COMPREPLY-} == *= ]] && compopt -o nospace
      ;;
  esac
} &&
  complete -F _wms_pubpoint wms-pubpoint
