"""`use`: names a petition, and chooses the one that commands mean when nothing else is said."""

from typing import Annotated

import typer

from organizer import MISUNDERSTOOD, CannotDo
from organizer.profiles import OPTIONS, read_profiles, write_profiles
from organizer.terminal import JsonOption, emit, say, show


def use(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A profile's name, such as korea.")] = None,
    none: Annotated[
        bool, typer.Option("--none", help="Use none: commands mean what they always did.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the named profile.")] = False,
    as_json: JsonOption = False,
) -> None:
    """
    Choose the petition that commands mean when nothing else is said, or list those with a name.

    With --project, --petition or --database before the command, the name is given to them.
    What a command line or an environment variable says goes before what a profile says.
    """
    profiles = read_profiles()
    given = {option: context.obj[option] for option in OPTIONS if _is_given(context, option)}
    if (none or remove) and given or none and name or remove and not name:
        raise CannotDo("Say either which to use, or --none, or which to --remove.", MISUNDERSTOOD)
    if none:
        profiles.in_use = None
    elif name:
        if given:
            profiles.named[name] = given
        profiles.use(name)
        if remove:
            del profiles.named[name]
            profiles.in_use = None
    if none or name:
        write_profiles(profiles)
    if as_json:
        emit({"in_use": profiles.in_use, "profiles": profiles.named})
        return
    for known, options in sorted(profiles.named.items()):
        mark = "*" if known == profiles.in_use else " "
        show(f"{mark} {known}: {', '.join(f'{o} {v}' for o, v in options.items())}")
    if not profiles.in_use:
        say("No profile is in use.")


def _is_given(context: typer.Context, option: str) -> bool:
    source = context.parent.get_parameter_source(option) if context.parent else None
    return source is not None and source.name == "COMMANDLINE"
