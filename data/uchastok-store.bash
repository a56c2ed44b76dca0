# Completion for uchastok-store in bash: asks the program itself, so that it never lags behind.
_uchastok_store() {
  local current=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]} verb=${COMP_WORDS[1]:-}
  if [ "$COMP_CWORD" = 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "$("$program" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')" -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("$program" "$verb" --help 2>/dev/null | grep -oE '^  (-[a-z], )?--[a-z-]+' |
      grep -oE -- '--[a-z-]+')" -- "$current")
  elif [ "$COMP_CWORD" = 2 ]; then
    case $verb in
      user) mapfile -t COMPREPLY < <(compgen -W "list add passwd disable enable" -- "$current") ;;
      import) mapfile -t COMPREPLY < <(compgen -W "houses zones centres staff clients tickets calendar" -- "$current") ;;
      token) mapfile -t COMPREPLY < <(compgen -W "list end" -- "$current") ;;
    esac
  fi
}
complete -o bashdefault -o default -F _uchastok_store uchastok-store
