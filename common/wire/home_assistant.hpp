/// @file
/// What Home Assistant is told: for each home one discovery document that makes it a device with its entities, and one
/// for each of its further cars, a device that belongs to the home's. Pure functions: configuration in, topic and
/// document out. The rules that the documents keep were observed on a running Home Assistant; one unknown key or
/// missing id would cost the whole device.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/home_assistant_settings.hpp"

namespace home_energy::home_assistant {

/// The home whose device is called "Home Energy" and nothing more.
inline constexpr std::string_view kDefaultHome = "home";

/// What Home Assistant publishes as its birth.
inline constexpr std::string_view kBorn = "online";

std::string birth_topic(std::string_view prefix);
/// The subscription that covers the documents of all devices, of other programs, too.
std::string discovery_filter(std::string_view prefix);
std::string discovery_topic(std::string_view prefix, std::string_view device_id);
/// The id of the device that a topic of that subscription is about; nothing where it is another topic.
std::optional<std::string> id_of_topic(std::string_view prefix, std::string_view topic);

/// What becomes a device: a home, named by its id, or one of its further cars, named `<home>/car-2`.
struct DeviceName {
  std::string_view home;
  std::size_t car = 0;  ///< its place; 0 is the home
};
DeviceName parse_device(std::string_view device);
/// The devices of homes with these settings: each home, followed by its cars.
std::vector<std::string> devices_of(const std::vector<std::string>& homes, const wire::HomeParts& parts);

/// Base topic and device, joined by `__`, with every byte outside [A-Za-z0-9-] as `_XX`: no two devices share one.
std::string device_id(std::string_view base_topic, std::string_view device);
/// The device that has this id below this base topic; nothing where it is none of ours.
std::optional<std::string> device_of_id(std::string_view base_topic, std::string_view device_id);

/// Components of a document by their names, each as JSON text.
using Components = std::map<std::string, std::string>;

/// A device's discovery document.
/// @param leftovers components of earlier documents, to be announced beside the device's own
std::string document(const Settings& settings, std::string_view device, const Components& leftovers = {});

/// The components of a device's document that an agent of ours once published and that no longer exist.
/// Nothing where the text, which may be anything, is no document of ours.
std::optional<Components> leftovers_of(const Settings& settings, std::string_view device, std::string_view document);

/// The same components in the form that makes Home Assistant remove them.
Components stubs_of(const Components& leftovers);

}  // namespace home_energy::home_assistant
